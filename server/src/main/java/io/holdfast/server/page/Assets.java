package io.holdfast.server.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The files of the page. The name of each file has a hash of its content, so the content cached
 * under a name never changes. Immutable.
 */
public final class Assets {
  private static final int HASH_LENGTH = 12;

  private static final Map<String, String> TYPES =
      Map.of(
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  /** A file to send. */
  public record Asset(String contentType, byte[] content) {}

  private final Map<String, String> addresses = new HashMap<>();
  private final Map<String, Asset> byAddress = new HashMap<>();

  Assets() {
    TYPES.forEach(this::add);
  }

  private void add(String name, String contentType) {
    byte[] content = read(name);
    int dot = name.lastIndexOf('.');
    String address = name.substring(0, dot) + "-" + hash(content) + name.substring(dot);
    addresses.put(name, address);
    byAddress.put(address, new Asset(contentType, content));
  }

  private static byte[] read(String name) {
    try (InputStream in = Assets.class.getResourceAsStream("/page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("page/" + name + " is missing from the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the name with the hash. */
  String address(String name) {
    String address = addresses.get(name);
    if (address == null) {
      throw new IllegalArgumentException(
          "asset: \"" + name + "\" (expected: one of " + TYPES.keySet() + ")");
    }
    return address;
  }

  /** Returns the file of a name with a hash. */
  public Optional<Asset> get(String address) {
    return Optional.ofNullable(byAddress.get(address));
  }
}
