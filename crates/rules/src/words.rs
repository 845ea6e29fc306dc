//! Messages in words, for whoever has no browser: numbers, money and dates as the language writes them.
