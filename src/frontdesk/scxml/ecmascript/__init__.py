"""The ECMAScript data model: `model.py` on QuickJS, with what scripts find there in the `.js` files."""
