package io.holdfast.storage;

/**
 * A part of an exposition, both as it is and compressed. Whoever needs neither pays for neither.
 */
interface Segment {

  /** How many arrays it is made of. */
  int arrays();

  /** One of them; nobody changes it. May be made anew with each call. */
  byte[] array(int i);

  /** All of it. */
  Deflated[] deflated(Deflated.Compressor compressor);

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
    public Deflated[] deflated(Deflated.Compressor compressor) {
      return new Deflated[] {compressor.compress(bytes, bytes.length)};
    }
  }

  /** What is kept compressed. */
  record Compressed(Deflated[] pieces) implements Segment {
    @Override
    public int arrays() {
      return pieces.length;
    }

    @Override
    public byte[] array(int i) {
      return pieces[i].inflated();
    }

    @Override
    public Deflated[] deflated(Deflated.Compressor compressor) {
      return pieces;
    }
  }
}
