package io.holdfast.storage;

/** A part of an exposition, plain and compressed. Each form is made only when it is needed. */
interface Segment {

  /** Returns how many arrays the segment has. */
  int arrays();

  /**
   * Returns one of the arrays. Callers must not change the array. Each call may make a new object.
   */
  byte[] array(int i);

  /** Returns whether the arrays belong to the store, and exist without the segment. */
  boolean isOfStore();

  /** Returns the bytes of pieces that only this segment holds. */
  long heldBytes();

  /** Returns how many compressed pieces the segment has. */
  int pieces();

  /** Returns one of the pieces. Callers ask for them in order. Each call may make a new object. */
  Deflated piece(int i, Deflated.Compressor compressor);

  /** A segment of given bytes. */
  record Fixed(byte[] bytes) implements Segment {
    @Override
    public int arrays() {
      return 1;
    }

    @Override
    public byte[] array(int i) {
      return bytes;
    }

    @Override
    public boolean isOfStore() {
      return false;
    }

    @Override
    public long heldBytes() {
      return bytes.length;
    }

    @Override
    public int pieces() {
      return 1;
    }

    @Override
    public Deflated piece(int i, Deflated.Compressor compressor) {
      return compressor.compress(bytes, bytes.length);
    }
  }
}
