"""A bot as a folder of Rasa's own YAML files: read strictly, kept as data, with the place of everything for errors."""
