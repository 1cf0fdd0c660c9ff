package io.holdfast.storage;

/**
 * A listener for commits. The writer thread calls the listener, so the listener must be quick and
 * must not throw.
 */
public interface CommitListener {

  /**
   * Reports a commit that has written something.
   *
   * @param changes how many changes the commit held
   * @param bytes how many bytes were written
   * @param nanos how long the write and its fsync took
   */
  void committed(int changes, long bytes, long nanos);
}
