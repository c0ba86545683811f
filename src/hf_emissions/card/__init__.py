"""Cards as text: find the front matter; read, write and remove the block; write the prose section."""
