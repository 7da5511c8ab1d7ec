using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Grammars;

/// <summary>
/// All tokens that have bytes, as a trie in preorder: the nodes of a subtree follow their root, so that a walk that fails jumps over them.
/// Immutable; one per vocabulary.
/// </summary>
internal sealed class TokenTrie
{
    /// <summary>Longer tokens (there are hardly any) are never allowed.</summary>
    private const int MaximumBytes = byte.MaxValue;

    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly bool[] _isSingle = new bool[256];

    public TokenTrie(Tokenizer tokenizer)
    {
        VocabularySize = tokenizer.VocabularySize;
        _offsets = new int[VocabularySize + 1];
        var bytes = new List<byte>();
        var ends = new List<int>();
        for (var token = 0; token < VocabularySize; token++)
        {
            if (tokenizer.EndsGeneration(token))
            {
                ends.Add(token);
            }
            else if (!tokenizer.IsControl(token) && tokenizer.BytesOf(token) is { Length: <= MaximumBytes } text)
            {
                bytes.AddRange(text);
            }

            _offsets[token + 1] = bytes.Count;
        }

        _bytes = [.. bytes];
        EndTokens = [.. ends];
        (Nodes, Tokens) = Build();
        foreach (var node in Nodes)
        {
            Depth = Math.Max(Depth, (int)node.Depth);
        }

        Strings = new StringTokens(this);
    }

    public int VocabularySize { get; }

    /// <summary>Words of a mask.</summary>
    public int MaskWords => (VocabularySize + 63) / 64;

    public int[] EndTokens { get; }

    /// <summary>In preorder; the last one closes the list and is none.</summary>
    public Node[] Nodes { get; }

    /// <summary>In the order of their nodes: those of node n from its <see cref="Node.FirstToken"/> to that of node n + 1.</summary>
    public int[] Tokens { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth { get; }

    /// <summary>What each token does inside a string.</summary>
    public StringTokens Strings { get; }

    /// <summary>Empty for end and control tokens, which write nothing.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => _bytes.AsSpan(_offsets[token].._offsets[token + 1]);

    public bool HasToken(byte single) => _isSingle[single];

    private (Node[] Nodes, int[] Tokens) Build()
    {
        var tokens = new List<int>(VocabularySize);
        for (var token = 0; token < VocabularySize; token++)
        {
            if (!BytesOf(token).IsEmpty)
            {
                tokens.Add(token);
            }
        }

        tokens.Sort((a, b) => BytesOf(a).SequenceCompareTo(BytesOf(b)) is var order && order != 0 ? order : a.CompareTo(b));
        var nodes = new List<Node>(tokens.Count * 2);
        var path = new List<int>();
        for (var i = 0; i < tokens.Count; i++)
        {
            var bytes = BytesOf(tokens[i]);
            var shared = i == 0 ? 0 : bytes.CommonPrefixLength(BytesOf(tokens[i - 1]));
            if (bytes.Length == 1)
            {
                _isSingle[bytes[0]] = true;
            }

            Leave(nodes, path, shared);
            for (var at = shared; at < bytes.Length; at++)
            {
                path.Add(nodes.Count);
                nodes.Add(new Node(bytes[at], (byte)(at + 1), 0, i));
            }
        }

        Leave(nodes, path, 0);
        nodes.Add(new Node(0, 0, nodes.Count, tokens.Count));
        return ([.. nodes], [.. tokens]);
    }

    private static void Leave(List<Node> nodes, List<int> path, int depth)
    {
        for (var at = depth; at < path.Count; at++)
        {
            nodes[path[at]] = nodes[path[at]] with { Skip = nodes.Count };
        }

        path.RemoveRange(depth, path.Count - depth);
    }

    /// <param name="Byte">The byte that leads here.</param>
    /// <param name="Depth">Bytes from the root; 1 or more.</param>
    /// <param name="Skip">The first node behind the subtree.</param>
    /// <param name="FirstToken">Where its tokens start in <see cref="Tokens"/>.</param>
    internal readonly record struct Node(byte Byte, byte Depth, int Skip, int FirstToken);
}
