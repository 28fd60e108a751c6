// Limits of the server that a page says before the server has to. A test of the server compares them with its own.
export const PASSWORD_CHARS_MIN = 12;
