"""Takes the text out of one kind of file each; `archive.extract` loads them on first use."""
