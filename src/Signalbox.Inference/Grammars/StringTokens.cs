namespace Signalbox.Inference.Grammars;

/// <summary>What each token does between two characters of a JSON string, found once per vocabulary: most stay inside, some close it.</summary>
internal sealed class StringTokens
{
    /// <summary>Tokens of more units are in no mask of a length that is told apart; they come with the unlimited one.</summary>
    private const int MaximumUnits = 24;

    private readonly TokenTrie _trie;
    private readonly ulong[][] _inside = new ulong[MaximumUnits + 2][];
    private readonly (int Token, int Units)[] _long;
    private readonly Closing[] _closings;

    public StringTokens(TokenTrie trie)
    {
        _trie = trie;
        var closings = new List<Closing>();
        var longer = new List<(int, int)>();
        for (var length = 0; length < _inside.Length; length++)
        {
            _inside[length] = new ulong[trie.MaskWords];
        }

        foreach (var token in trie.Tokens)
        {
            var (state, characters, units, used) = Read(trie.BytesOf(token));
            if (state == StringBytes.Closed)
            {
                closings.Add(new Closing(token, characters, units, used));
            }
            else if (state != StringBytes.Dead)
            {
                var least = units + StringBytes.UnitsOf(state);
                for (var length = Math.Min(least, MaximumUnits + 1); length < _inside.Length; length++)
                {
                    _inside[length][token / 64] |= 1UL << (token % 64);
                }

                if (least > MaximumUnits)
                {
                    longer.Add((token, least));
                }
            }
        }

        _closings = [.. closings];
        _long = [.. longer];
    }

    /// <summary>Bytes that any token of <see cref="FillInside"/> may add to the shortest way to the end: those of a character begun.</summary>
    public const int MaximumGrowth = 8;

    /// <summary>Sets the tokens that stay inside the string.</summary>
    /// <param name="mask">Overwritten.</param>
    /// <param name="units">UTF-16 units that are still free.</param>
    public void FillInside(Span<ulong> mask, int units)
    {
        if (units > MaximumUnits && units != StringTerminal.Unbounded)
        {
            _inside[MaximumUnits].CopyTo(mask);
            foreach (var (token, least) in _long)
            {
                if (least <= units)
                {
                    mask[token / 64] |= 1UL << (token % 64);
                }
            }

            return;
        }

        _inside[Math.Min(units, MaximumUnits + 1)].CopyTo(mask);
    }

    /// <summary>Sets the tokens that close the string as well.</summary>
    public void AddClosing(Span<ulong> mask, StringClosings closings, int least, int most)
    {
        foreach (var index in closings.Indices)
        {
            ref readonly var closing = ref _closings[index];
            if (closing.Characters >= least && closing.Units <= most)
            {
                mask[closing.Token / 64] |= 1UL << (closing.Token % 64);
            }
        }
    }

    /// <summary>Which tokens may close a string and go on as the text does after it.</summary>
    public StringClosings ClosingsAt(GrammarAutomaton automaton, GrammarPosition afterString)
    {
        var indices = new List<int>();
        var need = 0;
        for (var i = 0; i < _closings.Length; i++)
        {
            var position = automaton.Walk(afterString, _trie.BytesOf(_closings[i].Token)[_closings[i].Used..]);
            if (position is not null)
            {
                indices.Add(i);
                need = Math.Max(need, position.Need);
            }
        }

        return new StringClosings([.. indices], need);
    }

    private static (byte State, int Characters, int Units, int Used) Read(ReadOnlySpan<byte> bytes)
    {
        var state = StringBytes.Content;
        var (characters, units) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            var reached = StringBytes.Step(state, bytes[i]);
            if (reached is StringBytes.Dead or StringBytes.Closed)
            {
                return (reached, characters, units, i + 1);
            }

            if (reached == StringBytes.Content)
            {
                characters++;
                units += Math.Max(1, StringBytes.UnitsOf(state));
            }

            state = reached;
        }

        return (state, characters, units, bytes.Length);
    }

    private readonly record struct Closing(int Token, int Characters, int Units, int Used);
}

/// <summary>The tokens that may close a string in one place of a text.</summary>
/// <param name="Indices">In the order of <see cref="StringTokens"/>.</param>
/// <param name="Need">The longest of the shortest ways to the end behind them.</param>
internal sealed record StringClosings(int[] Indices, int Need);
