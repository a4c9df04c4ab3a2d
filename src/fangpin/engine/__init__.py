"""The ground: rules over populations. The only room that names a database."""
