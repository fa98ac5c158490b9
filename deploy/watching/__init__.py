"""What a process lets others see of itself: metrics to be asked for, and traces that it sends; both off unless set."""
