"""Training: the recipe that makes the bundled multilingual model from parallel text and a teacher."""
