"""What the policies say: words, files, calendars, the recipient registry. No event is read here."""
