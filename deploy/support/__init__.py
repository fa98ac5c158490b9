"""What somebody who helps from elsewhere may see of a node or a hub: only what stands on lists here."""
