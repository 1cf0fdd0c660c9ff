package io.holdfast.storage;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map: a B+ tree in which a change copies the path to one leaf and shares the
 * rest. A reader can keep a consistent state for any time. A change in a large map costs about as
 * much as in a small map. Unchanged parts are recognised by identity ({@link Leaf#memo}).
 *
 * <p>Changes with one {@link Edit} copy each node only once, because no reader has seen the copy.
 * An earlier tree of the same edit must not be used any more: it can have later values.
 *
 * <p>Concurrency: immutable, so any thread may read a tree that was safely published to it, after
 * the end of its edit. The memo is the one exception; see there.
 *
 * @param <K> in natural order
 */
final class SortedTree<K extends Comparable<K>, V> {
  /** Large enough for a flat tree, small enough for cheap copies of a leaf. */
  private static final int MAX_WIDTH = 64;

  /** A node with fewer entries is joined with a neighbour if possible. */
  private static final int MIN_WIDTH = MAX_WIDTH / 4;

  private static final SortedTree<?, ?> EMPTY = new SortedTree<String, Object>(null, 0);

  /**
   * The right of one thread to change nodes in place: those that it has made with this edit. The
   * edit must be dropped before a tree is published.
   */
  static final class Edit {}

  /** What the path learns from its leaf. One object for each call. */
  private static final class Insertion<K extends Comparable<K>, V> {
    private final @Nullable Edit edit;

    /** Whether the key was absent. */
    private boolean isNew;

    /** The right half of the node that has just split; null if the node did not split. */
    private @Nullable Node<K, V> right;

    Insertion(@Nullable Edit edit) {
      this.edit = edit;
    }

    private @Nullable Node<K, V> takeRight() {
      Node<K, V> taken = right;
      right = null;
      return taken;
    }
  }

  private final @Nullable Node<K, V> root;
  private final int size;

  private SortedTree(@Nullable Node<K, V> root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // Nothing is ever put into the empty tree itself.
  static <K extends Comparable<K>, V> SortedTree<K, V> empty() {
    return (SortedTree<K, V>) EMPTY;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable V get(K key) {
    return root == null ? null : root.get(key);
  }

  SortedTree<K, V> with(K key, V value) {
    return with(key, value, null);
  }

  /**
   * Returns this map with another value.
   *
   * @param edit changes nodes in place that it has made; null copies the whole path
   */
  SortedTree<K, V> with(K key, V value, @Nullable Edit edit) {
    if (root == null) {
      return new SortedTree<K, V>(
          new Leaf<K, V>(new Object[] {key}, new Object[] {value}, edit), 1);
    }
    Insertion<K, V> insertion = new Insertion<>(edit);
    Node<K, V> left = root.with(key, value, insertion);
    Node<K, V> right = insertion.takeRight();
    if (left == root && right == null) {
      return this;
    }
    Node<K, V> newRoot = right == null ? left : new Inner<K, V>(nodes(left, right), edit);
    return new SortedTree<K, V>(newRoot, insertion.isNew ? size + 1 : size);
  }

  SortedTree<K, V> without(K key) {
    if (root == null || root.get(key) == null) {
      return this;
    }
    Node<K, V> newRoot = root.without(key);
    while (newRoot instanceof Inner<K, V> inner && inner.children.length == 1) {
      newRoot = inner.children[0];
    }
    return newRoot == null ? empty() : new SortedTree<K, V>(newRoot, size - 1);
  }

  /** Returns the first value in order that meets the condition, or null. Looks no further. */
  @Nullable V first(Predicate<V> condition) {
    return root == null ? null : root.first(condition);
  }

  /**
   * Returns the first value behind a key that meets the condition, or null. Looks no further. The
   * cost is in proportion to the values that were asked about.
   *
   * @param after need not be a key of the tree
   */
  @Nullable V first(K after, Predicate<V> condition) {
    return root == null ? null : root.first(after, condition);
  }

  /** Returns the first key in order, or null. */
  @Nullable K firstKey() {
    return root == null ? null : root.firstKey();
  }

  /** Calls the consumer for all leaves in order. */
  void forEachLeaf(Consumer<Leaf<K, V>> consumer) {
    if (root != null) {
      root.forEachLeaf(consumer);
    }
  }

  void forEach(Consumer<V> consumer) {
    forEachLeaf(
        leaf -> {
          for (int i = 0; i < leaf.size(); i++) {
            consumer.accept(leaf.value(i));
          }
        });
  }

  /** A leaf, or a node above leaves. */
  private abstract static sealed class Node<K extends Comparable<K>, V> {
    abstract int width();

    abstract K firstKey();

    abstract @Nullable V get(K key);

    /** Null for a node that is copied at its next change. */
    final @Nullable Edit madeBy;

    Node(@Nullable Edit madeBy) {
      this.madeBy = madeBy;
    }

    /**
     * Returns the node with the value: this very node if it was changed in place. If one node would
     * be too wide, the insertion has the right half.
     */
    abstract Node<K, V> with(K key, V value, Insertion<K, V> insertion);

    boolean isMadeBy(@Nullable Edit edit) {
      return edit != null && edit == madeBy;
    }

    /** Returns this node without a key that it has; null if the node is then empty. */
    abstract @Nullable Node<K, V> without(K key);

    /** Returns this node joined with its right neighbour, which has the same kind. */
    abstract Node<K, V> joinedWith(Node<K, V> right);

    abstract @Nullable V first(Predicate<V> condition);

    abstract @Nullable V first(K after, Predicate<V> condition);

    abstract void forEachLeaf(Consumer<Leaf<K, V>> consumer);
  }

  /** A leaf with up to {@link #MAX_WIDTH} entries. */
  static final class Leaf<K extends Comparable<K>, V> extends Node<K, V> {
    private final Object[] keys;
    private final Object[] values;

    /**
     * The result that a reader has computed from this leaf's values, for later readers of this
     * leaf. The race is intended: two readers compute equal results, and either result stays. The
     * object must be safely publishable through a race (final fields only).
     */
    @Nullable Object memo;

    private Leaf(Object[] keys, Object[] values, @Nullable Edit edit) {
      super(edit);
      this.keys = keys;
      this.values = values;
    }

    int size() {
      return keys.length;
    }

    @SuppressWarnings("unchecked") // Only Vs are put in.
    V value(int i) {
      return (V) values[i];
    }

    @SuppressWarnings("unchecked") // Only Ks are put in.
    K key(int i) {
      return (K) keys[i];
    }

    private int find(K key) {
      int low = 0;
      int high = keys.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = key(middle).compareTo(key);
        if (order == 0) {
          return middle;
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return -(low + 1);
    }

    @Override
    int width() {
      return keys.length;
    }

    @Override
    K firstKey() {
      return key(0);
    }

    @Override
    @Nullable V get(K key) {
      int at = find(key);
      return at < 0 ? null : value(at);
    }

    @Override
    Node<K, V> with(K key, V value, Insertion<K, V> insertion) {
      int at = find(key);
      if (at >= 0) {
        if (isMadeBy(insertion.edit)) {
          values[at] = value;
          return this;
        }
        Object[] newValues = values.clone();
        newValues[at] = value;
        return new Leaf<K, V>(keys, newValues, insertion.edit);
      }
      insertion.isNew = true;
      int gap = -(at + 1);
      Object[] newKeys = inserted(keys, gap, key);
      Object[] newValues = inserted(values, gap, value);
      if (newKeys.length <= MAX_WIDTH) {
        return new Leaf<K, V>(newKeys, newValues, insertion.edit);
      }
      int cut = splitPoint(gap, newKeys.length);
      insertion.right =
          new Leaf<K, V>(
              Arrays.copyOfRange(newKeys, cut, newKeys.length),
              Arrays.copyOfRange(newValues, cut, newValues.length),
              insertion.edit);
      return new Leaf<K, V>(
          Arrays.copyOfRange(newKeys, 0, cut),
          Arrays.copyOfRange(newValues, 0, cut),
          insertion.edit);
    }

    @Override
    @Nullable Node<K, V> without(K key) {
      if (keys.length == 1) {
        return null;
      }
      int at = find(key);
      return new Leaf<K, V>(removed(keys, at), removed(values, at), null);
    }

    @Override
    Node<K, V> joinedWith(Node<K, V> right) {
      Leaf<K, V> other = (Leaf<K, V>) right;
      return new Leaf<K, V>(joined(keys, other.keys), joined(values, other.values), null);
    }

    @Override
    @Nullable V first(Predicate<V> condition) {
      return first(0, condition);
    }

    @Override
    @Nullable V first(K after, Predicate<V> condition) {
      int at = find(after);
      return first(at < 0 ? -(at + 1) : at + 1, condition);
    }

    private @Nullable V first(int from, Predicate<V> condition) {
      for (int i = from; i < values.length; i++) {
        if (condition.test(value(i))) {
          return value(i);
        }
      }
      return null;
    }

    @Override
    void forEachLeaf(Consumer<Leaf<K, V>> consumer) {
      consumer.accept(this);
    }
  }

  private static final class Inner<K extends Comparable<K>, V> extends Node<K, V> {
    private final Node<K, V>[] children;
    private final K firstKey;

    Inner(Node<K, V>[] children, @Nullable Edit edit) {
      super(edit);
      this.children = children;
      this.firstKey = children[0].firstKey();
    }

    /** Returns the child whose range has the key: the last child that does not begin after it. */
    private int childFor(K key) {
      int low = 1;
      int high = children.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        if (children[middle].firstKey().compareTo(key) <= 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return low - 1;
    }

    @Override
    int width() {
      return children.length;
    }

    @Override
    K firstKey() {
      return firstKey;
    }

    @Override
    @Nullable V get(K key) {
      return children[childFor(key)].get(key);
    }

    @Override
    Node<K, V> with(K key, V value, Insertion<K, V> insertion) {
      int at = childFor(key);
      Node<K, V> left = children[at].with(key, value, insertion);
      Node<K, V> right = insertion.takeRight();
      if (right == null) {
        return withChild(at, left, insertion);
      }
      Node<K, V>[] newChildren = replaced(children, at, 1, nodes(left, right));
      if (newChildren.length <= MAX_WIDTH) {
        return new Inner<K, V>(newChildren, insertion.edit);
      }
      int cut = splitPoint(at + 1, newChildren.length);
      insertion.right =
          new Inner<K, V>(Arrays.copyOfRange(newChildren, cut, newChildren.length), insertion.edit);
      return new Inner<K, V>(Arrays.copyOfRange(newChildren, 0, cut), insertion.edit);
    }

    private Node<K, V> withChild(int at, Node<K, V> child, Insertion<K, V> insertion) {
      if (child == children[at]) {
        return this;
      }
      // A new key can be the first of this node, and firstKey is final.
      if (isMadeBy(insertion.edit) && !insertion.isNew) {
        children[at] = child;
        return this;
      }
      Node<K, V>[] newChildren = children.clone();
      newChildren[at] = child;
      return new Inner<K, V>(newChildren, insertion.edit);
    }

    @Override
    @Nullable Node<K, V> without(K key) {
      int at = childFor(key);
      Node<K, V> shrunk = children[at].without(key);
      if (shrunk == null) {
        return children.length == 1
            ? null
            : new Inner<K, V>(replaced(children, at, 1, nodes()), null);
      }
      if (shrunk.width() >= MIN_WIDTH || children.length == 1) {
        return new Inner<K, V>(replaced(children, at, 1, nodes(shrunk)), null);
      }
      int left = at == 0 ? 0 : at - 1;
      Node<K, V> leftNode = at == 0 ? shrunk : children[left];
      Node<K, V> rightNode = at == 0 ? children[1] : shrunk;
      if (leftNode.width() + rightNode.width() > MAX_WIDTH) {
        return new Inner<K, V>(replaced(children, at, 1, nodes(shrunk)), null);
      }
      return new Inner<K, V>(
          replaced(children, left, 2, nodes(leftNode.joinedWith(rightNode))), null);
    }

    @Override
    Node<K, V> joinedWith(Node<K, V> right) {
      return new Inner<K, V>(
          replaced(children, children.length, 0, ((Inner<K, V>) right).children), null);
    }

    @Override
    @Nullable V first(Predicate<V> condition) {
      return first(0, condition);
    }

    @Override
    @Nullable V first(K after, Predicate<V> condition) {
      int at = childFor(after);
      V found = children[at].first(after, condition);
      return found == null ? first(at + 1, condition) : found;
    }

    private @Nullable V first(int from, Predicate<V> condition) {
      for (int i = from; i < children.length; i++) {
        V found = children[i].first(condition);
        if (found != null) {
          return found;
        }
      }
      return null;
    }

    @Override
    void forEachLeaf(Consumer<Leaf<K, V>> consumer) {
      for (Node<K, V> child : children) {
        child.forEachLeaf(consumer);
      }
    }
  }

  /**
   * Returns where a node splits. Entries in ascending order, as from the disk, fill nodes
   * completely and do not halve them.
   */
  private static int splitPoint(int insertedAt, int width) {
    return insertedAt >= width - 1 ? width - 1 : width / 2;
  }

  private static Object[] inserted(Object[] array, int at, Object item) {
    Object[] result = new Object[array.length + 1];
    System.arraycopy(array, 0, result, 0, at);
    result[at] = item;
    System.arraycopy(array, at, result, at + 1, array.length - at);
    return result;
  }

  private static Object[] removed(Object[] array, int at) {
    Object[] result = new Object[array.length - 1];
    System.arraycopy(array, 0, result, 0, at);
    System.arraycopy(array, at + 1, result, at, result.length - at);
    return result;
  }

  private static Object[] joined(Object[] left, Object[] right) {
    Object[] result = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, result, left.length, right.length);
    return result;
  }

  private static <K extends Comparable<K>, V> Node<K, V>[] replaced(
      Node<K, V>[] nodes, int from, int count, Node<K, V>[] by) {
    Node<K, V>[] result = Arrays.copyOf(nodes, nodes.length - count + by.length);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(nodes, from + count, result, from + by.length, nodes.length - from - count);
    return result;
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // The array is made by the compiler, with this very type.
  private static <K extends Comparable<K>, V> Node<K, V>[] nodes(Node<K, V>... nodes) {
    return nodes;
  }
}
