namespace Signalbox.Inference.Tokenization;

/// <summary>The vocabulary by its bytes, to find the longest token at a place without trying every length.</summary>
internal sealed class PieceTrie
{
    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _tokens = [-1];

    public PieceTrie(Vocabulary vocabulary)
    {
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var node = 0;
            foreach (var value in vocabulary.Texts[id])
            {
                if (!_children.TryGetValue(Key(node, value), out var child))
                {
                    child = _tokens.Count;
                    _tokens.Add(-1);
                    _children[Key(node, value)] = child;
                }

                node = child;
            }

            _tokens[node] = id;
        }
    }

    /// <summary>Appends the longest token at each place of a word (that begins with U+2581) in turn; false where there is none.</summary>
    public bool TrySpell(ReadOnlySpan<byte> word, List<int> tokens)
    {
        var start = WordStart();
        for (var at = 0; at < word.Length || start > 0;)
        {
            var (length, token) = Longest(word[at..], start);
            if (token < 0)
            {
                return false;
            }

            tokens.Add(token);
            at += length;
            start = 0;
        }

        return true;
    }

    private static long Key(int node, byte value) => ((long)node << 8) | value;

    private int WordStart()
    {
        var node = 0;
        foreach (var value in "\u2581"u8)
        {
            node = _children.GetValueOrDefault(Key(node, value), 0);
        }

        return node;
    }

    private (int Length, int Token) Longest(ReadOnlySpan<byte> text, int node)
    {
        var (length, token) = (0, node == 0 ? -1 : _tokens[node]);
        for (var i = 0; i < text.Length && _children.TryGetValue(Key(node, text[i]), out node); i++)
        {
            if (_tokens[node] >= 0)
            {
                (length, token) = (i + 1, _tokens[node]);
            }
        }

        return (length, token);
    }
}
