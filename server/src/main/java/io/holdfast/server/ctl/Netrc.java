package io.holdfast.server.ctl;

import io.holdfast.server.ctl.Server.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The passwords in {@code ~/.netrc}, or in the file that {@code $NETRC} names. */
final class Netrc {
  private static final Credentials NONE = new Credentials(null, "");

  /** A word, or a text in quotes with backslash escapes; comments are left out. */
  private static final Pattern TOKEN = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|#.*|(\\S+)");

  private Netrc() {}

  /** Returns the credentials for a host; without a name if the file has none. */
  static Credentials credentials(Console console, String host) throws Failure {
    String named = console.variable("NETRC");
    String home = console.variable("HOME");
    if (named == null && home == null) {
      return NONE;
    }
    Path file = named == null ? Path.of(String.valueOf(home), ".netrc") : Path.of(named);
    try {
      return find(tokens(Files.readString(file, StandardCharsets.UTF_8)), host);
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      throw Failure.of(file + " cannot be read: " + e.getMessage());
    }
  }

  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1) != null) {
        tokens.add(matcher.group(1).replaceAll("\\\\(.)", "$1"));
      } else if (matcher.group(2) != null) {
        tokens.add(matcher.group(2));
      }
    }
    return tokens;
  }

  private static Credentials find(List<String> tokens, String host) {
    boolean isMeant = false;
    @Nullable String login = null;
    String password = "";
    for (int i = 0; i < tokens.size(); i++) {
      String value = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
      switch (tokens.get(i)) {
        case "machine" -> {
          if (isMeant) {
            return new Credentials(login, password);
          }
          isMeant = value.equals(host);
          i++;
        }
        case "default" -> {
          if (isMeant) {
            return new Credentials(login, password);
          }
          isMeant = true;
        }
        case "login" -> {
          login = isMeant ? value : login;
          i++;
        }
        case "password" -> {
          password = isMeant ? value : password;
          i++;
        }
        case "account" -> i++;
        default -> {}
      }
    }
    return isMeant ? new Credentials(login, password) : NONE;
  }
}
