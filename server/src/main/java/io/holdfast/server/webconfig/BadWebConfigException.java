package io.holdfast.server.webconfig;

import java.nio.file.Path;

/**
 * The web config file cannot be used. The message is for the operator: it names the file, the line,
 * the key, and what was expected. It shows no secrets.
 */
public final class BadWebConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  BadWebConfigException(Path file, String reason) {
    super(file + ": " + reason, null, false, false);
  }
}
