"""The shop bot's action server: `python -m rasa_sdk --actions actions` in the folder above. Both languages use it."""

from . import actions as actions
from . import forms as forms
