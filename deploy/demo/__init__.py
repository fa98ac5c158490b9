"""A whole network on one machine, for trying out: hub, three organisations, mail catcher, invented cases."""
