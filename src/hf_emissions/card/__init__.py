"""The card as text: finding its front matter, reading, writing and removing the block, the prose section."""
