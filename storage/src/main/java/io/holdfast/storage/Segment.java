package io.holdfast.storage;

/**
 * A part of an exposition, both as it is and compressed. Whoever needs neither pays for neither.
 */
interface Segment {

  /** How many arrays it is made of. */
  int arrays();

  /** One of them; nobody changes it. May be made anew with each call. */
  byte[] array(int i);

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
    public int pieces() {
      return 1;
    }

    @Override
    public Deflated piece(int i, Deflated.Compressor compressor) {
      return compressor.compress(bytes, bytes.length);
    }
  }
}
