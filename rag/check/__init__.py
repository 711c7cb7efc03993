"""A sentence and the words it is said to rest on -> does it? Numbers, names, direction and wording are compared."""
