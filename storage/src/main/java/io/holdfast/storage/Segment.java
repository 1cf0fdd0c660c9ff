package io.holdfast.storage;

/**
 * A part of an exposition, both as it is and compressed. Whoever needs neither pays for neither.
 */
interface Segment {

  /** How many arrays it is made of. */
  int arrays();

  /** One of them; nobody changes it. May be made anew with each call. */
  byte[] array(int i);

  /** Whether its arrays are there without it, in the store. */
  boolean isOfStore();

  /** Bytes of pieces that it holds, and that nobody else does. */
  long heldBytes();

  /** How many pieces it is compressed in. */
  int pieces();

  /** One of them; asked for in order. May be made anew with each call. */
  Deflated piece(int i, Deflated.Compressor compressor);

  /** What is as it is. */
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
