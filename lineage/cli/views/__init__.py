"""How answers look to people: one module per family, each view yields what a console prints."""
