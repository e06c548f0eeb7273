"""The action server of the water utility's bots, both languages: `python -m rasa_sdk --actions actions` in this folder.

Needs rasa_sdk, which only the action server's own environment has. Nothing of Yizhan is imported.
"""
