package io.holdfast.server.page;

import java.util.List;

/** The facts about the node, in tables of names and values. */
record StatusView(List<Label> build, List<Label> storage, List<Label> flags, Age started) {}
