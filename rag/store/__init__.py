"""Where articles live, and the indexes over them."""
