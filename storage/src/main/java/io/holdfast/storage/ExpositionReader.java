package io.holdfast.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reader of an exposition, piece by piece, at the pace of the scraper. The reader holds one
 * buffer, however large the exposition is.
 *
 * <p>Concurrency: one thread at a time.
 */
public interface ExpositionReader extends AutoCloseable {

  /**
   * Returns the next piece, ready to be read, or null at the end. The piece is valid until the next
   * call, which reuses the buffer.
   */
  @Nullable ByteBuffer next();

  /**
   * Returns the bytes of heap that the reader holds until the next call, apart from the groups
   * themselves.
   */
  long heldBytes();

  /**
   * Frees the resources of the reader. A caller may call the method before the end, and more than
   * once.
   */
  @Override
  void close();
}
