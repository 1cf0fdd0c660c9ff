package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/**
 * The first 128 bits of a SHA-256. The bits stand for a name or a grouping key where nodes compare
 * their states. Clients choose names and keys, but cannot find two with equal hashes.
 */
record IdentityHash(long high, long low) {

  static IdentityHash of(byte[] identity) {
    try {
      ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(identity));
      return new IdentityHash(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /**
   * The hashes of names, each computed once: groups mostly push the same families again and again.
   *
   * <p>Concurrency: confined to one thread.
   */
  static final class Names {
    private static final int MAX_NAMES = 1 << 14;
    private static final int MAX_CHARS = 1 << 20;

    private final Map<String, IdentityHash> hashes = new HashMap<>();
    private int chars;

    IdentityHash of(String name) {
      IdentityHash known = hashes.get(name);
      return known == null ? add(name) : known;
    }

    private IdentityHash add(String name) {
      chars += name.length();
      if (hashes.size() == MAX_NAMES || chars > MAX_CHARS) {
        hashes.clear();
        chars = name.length();
      }
      IdentityHash hash = IdentityHash.of(name.getBytes(StandardCharsets.UTF_8));
      hashes.put(name, hash);
      return hash;
    }
  }
}
