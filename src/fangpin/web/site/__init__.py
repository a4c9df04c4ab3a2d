"""What every page shares: base template, languages, errors, guards, places, cards, assets."""
