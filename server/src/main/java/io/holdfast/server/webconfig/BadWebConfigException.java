package io.holdfast.server.webconfig;

import java.nio.file.Path;

/**
 * The failure to use the web config file. The message is for the operator: it names the file, the
 * line, the key, and the expected form. The message shows no secrets.
 */
public final class BadWebConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  BadWebConfigException(Path file, String reason) {
    super(file + ": " + reason, null, false, false);
  }
}
