package io.holdfast.storage;

/** Hears of commits, on the writer thread: it must be quick and must not throw. */
public interface CommitListener {

  /**
   * Called after each commit that wrote anything.
   *
   * @param changes how many changes the commit held
   * @param bytes how much was written
   * @param nanos how long writing and fsync took
   */
  void committed(int changes, long bytes, long nanos);
}
