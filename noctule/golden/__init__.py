"""How well each model describes columns, night after night, on a set with known answers; and who is kept out for it."""
