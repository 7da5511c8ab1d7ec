namespace Signalbox.Inference.Tokenization;

/// <summary>
/// The ranked merges of byte-level byte-pair encoding, over numbers: a piece that is a token has the token's number, any other piece that
/// a merge speaks of has one above them.
/// </summary>
internal sealed class MergeTable
{
    private readonly Vocabulary _vocabulary;
    private readonly TextTable _strangers = new(0);
    private readonly List<int[]> _spelled = [];
    private readonly PairTable _merges;

    public MergeTable(Vocabulary vocabulary, byte[][] merges)
    {
        _vocabulary = vocabulary;
        _merges = new(merges.Length);
        var together = Array.Empty<byte>();
        for (var rank = 0; rank < merges.Length; rank++)
        {
            ReadOnlySpan<byte> merge = merges[rank];
            merge = merge.IndexOf((byte)0) is >= 0 and var nul ? merge[..nul] : merge;
            var space = merge.Length > 1 ? merge[1..].IndexOf((byte)' ') + 1 : 0;
            if (space == 0)
            {
                continue;
            }

            var left = merge[..space];
            var right = merge[(space + 1)..];
            if (together.Length < merge.Length)
            {
                together = new byte[merge.Length * 2];
            }

            left.CopyTo(together);
            right.CopyTo(together.AsSpan(left.Length));
            var piece = Piece(together.AsSpan(0, left.Length + right.Length));

            // A pair that is listed twice keeps its first rank.
            _merges.TryAdd(Piece(left), Piece(right), (uint)rank, piece);
        }

        Bytes = new int[256];
        Span<byte> text = stackalloc byte[2];
        for (var value = 0; value < 256; value++)
        {
            Bytes[value] = Piece(text[..ByteAlphabet.Encode((byte)value, text)]);
        }
    }

    /// <summary>The piece of every single byte.</summary>
    public int[] Bytes { get; }

    public bool TryMerge(int left, int right, out uint rank, out int piece) => _merges.TryGet(left, right, out rank, out piece);

    public void AppendTokens(int piece, List<int> tokens)
    {
        if (piece < _vocabulary.Count)
        {
            tokens.Add(piece);
        }
        else
        {
            tokens.AddRange(_spelled[piece - _vocabulary.Count]);
        }
    }

    private int Piece(ReadOnlySpan<byte> text)
    {
        var token = _vocabulary.Find(text);
        token = token >= 0 ? token : _strangers.Find(text);
        if (token >= 0)
        {
            return token;
        }

        token = _vocabulary.Count + _spelled.Count;
        _strangers.Set(text.ToArray(), token);
        _spelled.Add(Spell(text));
        return token;
    }

    /// <summary>What is no token is spelled by the bytes of its text; those that are no token themselves are lost, as in llama.cpp.</summary>
    private int[] Spell(ReadOnlySpan<byte> text)
    {
        List<int> tokens = [];
        foreach (var value in text)
        {
            if (_vocabulary.Find([value]) is >= 0 and var token)
            {
                tokens.Add(token);
            }
        }

        return [.. tokens];
    }
}
