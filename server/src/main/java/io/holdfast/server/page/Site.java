package io.holdfast.server.page;

import io.holdfast.server.routing.PagePaths;

/**
 * The address of the page and its permissions.
 *
 * @param prefix of every address, escaped: empty, or begins with a slash and does not end with one
 * @param mayDelete whether the page may delete groups
 * @param mayWipe whether the page may delete all groups
 */
record Site(String prefix, Assets assets, boolean mayDelete, boolean mayWipe) {
  /**
   * Returns an address below the prefix.
   *
   * @param path begins with a slash; escaped
   */
  String url(String path) {
    return prefix + path;
  }

  String asset(String name) {
    return prefix + PagePaths.ASSETS + assets.address(name);
  }

  String group(String path) {
    return prefix + PagePaths.GROUP + path;
  }
}
