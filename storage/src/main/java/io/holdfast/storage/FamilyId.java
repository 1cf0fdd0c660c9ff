package io.holdfast.storage;

/**
 * The identity of a family: its group and its pushed name.
 *
 * @param name the pushed name of the family
 */
record FamilyId(GroupKey group, String name) {
  static FamilyId of(Family family) {
    return new FamilyId(family.group, family.name());
  }
}
