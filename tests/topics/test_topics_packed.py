"""What the index keeps of a query is the whole query."""

import random

import pytest
from topic_samples import query

from feeds.topics import parse
from feeds.topics.index.packed import Leaves, leaf_numbers, pack, tree, unpack
from feeds.topics.index.vocabulary import Vocabulary, name_of, term_of
from feeds.topics.query import Leaf, children_of, leaves, shared_term, written


def same(one, other):
    """Are two trees the same, down to their leaves and numbers?"""
    if isinstance(one, Leaf):
        return one is other
    return (
        type(one) is type(other)
        and written(one) == written(other)
        and len(children_of(one)) == len(children_of(other))
        and all(map(same, children_of(one), children_of(other)))
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_packed_query_can_be_unpacked(seed):
    rng = random.Random(seed)
    known = Leaves(Vocabulary())
    for _ in range(300):
        root = parse(query(rng)).root
        packed = pack(root, known)
        assert pack(root, known) == packed
        assert same(tree(unpack(packed), known), root)
        assert [known.texts[number] for number in leaf_numbers(unpack(packed))] == [leaf.text for leaf in leaves(root)]


def test_leaves_of_one_text_and_two_meanings():
    known = Leaves(Vocabulary())
    plain, loose = parse('"chong khung" bo', "en"), parse('"chong khung" bo', "vi")
    assert [pack(query.root, known) for query in (plain, loose, plain)].count(pack(plain.root, known)) == 2
    for each in (plain, loose):
        assert same(tree(unpack(pack(each.root, known)), known), each.root)


@pytest.mark.parametrize("kind", ["stem", "word", "prefix", "exact"])
@pytest.mark.parametrize("loose", [True, False])
@pytest.mark.parametrize("space", ["", "author", "url"])
def test_the_name_of_a_term_says_all_of_it(kind, loose, space):
    term = shared_term(kind, "~hợp", loose, space)
    assert term_of(name_of(term)) is term
