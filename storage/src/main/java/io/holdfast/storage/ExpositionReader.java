package io.holdfast.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Hands out an exposition piece by piece, as fast as the one who scrapes takes it. Holds one
 * buffer, however large the exposition is.
 *
 * <p>Concurrency: one thread at a time.
 */
public interface ExpositionReader extends AutoCloseable {

  /**
   * The next piece, ready to be read, or null at the end. It is valid until the next call: the
   * buffer is used again.
   */
  @Nullable ByteBuffer next();

  /** Bytes of heap that the reader holds until the next call, apart from the groups themselves. */
  long heldBytes();

  /** Frees what the reader holds. May be called before the end, and more than once. */
  @Override
  void close();
}
