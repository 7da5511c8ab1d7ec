using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars;

/// <summary>One answer on its way through a grammar. Not safe for several threads at once.</summary>
/// <param name="automaton">Shared with other answers.</param>
/// <param name="trie">The vocabulary.</param>
/// <param name="remaining">Tokens that may still come; <see cref="Unlimited"/> for any number.</param>
internal sealed class GrammarConstraint(GrammarAutomaton automaton, TokenTrie trie, int remaining) : ITokenConstraint
{
    public const int Unlimited = int.MaxValue;

    /// <summary>
    /// Work that one mask may take, in readings moved on by bytes that were not met before in the walk. Where it takes more, only tokens of one byte are allowed:
    /// any text can still be written with them, and all other answers of the engine wait for this one.
    /// </summary>
    private const int MaximumWork = 60_000;

    private const int ManyReadings = 8;

    private HashSet<(GrammarPosition, byte)>? _met;
    private readonly GrammarPosition[] _path = new GrammarPosition[trie.Depth + 1];
    private GrammarPosition _position = automaton.Start;
    private int _remaining = remaining;
    private bool _ended;

    public bool MayEnd => _position.Complete;

    public bool MustEnd => _ended || (_position.Complete && (_position.Readings.Length == 0 || _remaining == 0));

    /// <summary>The most bytes that the shortest way to the end may have after one more token: every byte has a token of its own.</summary>
    private int Limit => _remaining == Unlimited ? Unlimited : _remaining - 1;

    public bool Allows(int token)
    {
        if ((uint)token >= (uint)trie.VocabularySize || _ended)
        {
            return false;
        }

        var bytes = trie.BytesOf(token);
        return bytes.IsEmpty
            ? MayEnd && trie.EndTokens.AsSpan().Contains(token)
            : automaton.Walk(_position, bytes) is { } reached && reached.Need <= Limit && (bytes.Length == 1 || !IsNarrow());
    }

    /// <summary>Whether only tokens of one byte may come. Places with many readings are found out about at once; others cost that much hardly ever, and are when their mask is asked for.</summary>
    private bool IsNarrow()
    {
        if (_position is { Mask: null, IsNarrow: false, Readings.Length: > ManyReadings })
        {
            MakeMask();
        }

        return _position.IsNarrow;
    }

    private TokenMask MakeMask()
    {
        var words = new ulong[trie.MaskWords];
        var known = new TokenMask(words, Walk(words, Unlimited));
        automaton.Keep(_position, known);
        return known;
    }

    public void Accept(int token)
    {
        if (!Allows(token))
        {
            throw new InvalidOperationException($"Token {token} is not allowed here; ask Allows or FillMask first.");
        }

        var bytes = trie.BytesOf(token);
        if (bytes.IsEmpty)
        {
            _ended = true;
            return;
        }

        _position = automaton.Walk(_position, bytes)!;
        if (_remaining != Unlimited)
        {
            _remaining--;
        }
    }

    public void FillMask(Span<ulong> mask)
    {
        mask[trie.MaskWords..].Clear();
        mask = mask[..trie.MaskWords];
        if (_ended)
        {
            mask.Clear();
            return;
        }

        if (!TryFillKnown(mask) && !TryFillString(mask))
        {
            mask.Clear();
            Walk(mask, Limit);
        }

        if (MayEnd)
        {
            foreach (var token in trie.EndTokens)
            {
                mask[token / 64] |= 1UL << (token % 64);
            }
        }
    }

    /// <summary>Between two characters of a string nearly every token may come; which ones depends on the length that is left and on what follows the string.</summary>
    private bool TryFillString(Span<ulong> mask)
    {
        var inString = _position.InString;
        if (inString == Terminal.Dead)
        {
            return false;
        }

        var after = _position.AfterString ??= automaton.AfterString(_position);
        var closings = after.Closings ??= trie.Strings.ClosingsAt(automaton, after);
        var (_, least, most) = StringTerminal.Parts(inString);
        var room = new StringRoom(least, most, _position.Need, Limit);
        if (!trie.Strings.TryFill(mask, room, closings))
        {
            return false;
        }

        // A string without bounds stays in this place for long.
        if (least == 0 && most == StringTerminal.Unbounded && StringTokens.Longest(room, closings) is var longest && longest <= Limit)
        {
            automaton.Keep(_position, new TokenMask(mask.ToArray(), longest));
        }

        return true;
    }

    /// <summary>The mask that was kept, or a new one: only where no token of it would lead too far from the end.</summary>
    private bool TryFillKnown(Span<ulong> mask)
    {
        if (_position.Need > Limit)
        {
            return false;
        }

        if (_position.Mask is not { } known)
        {
            if (_position.InString != Terminal.Dead)
            {
                return false;
            }

            known = MakeMask();
        }

        if (known.Need > Limit)
        {
            return false;
        }

        known.Words.CopyTo(mask);
        return true;
    }

    /// <summary>Sets every token that the automaton can read and that leaves the end within reach.</summary>
    /// <returns>The longest of the shortest ways to the end behind them.</returns>
    private int Walk(Span<ulong> mask, int limit)
    {
        if (_position.IsNarrow)
        {
            return WalkBytes(mask, limit);
        }

        var nodes = trie.Nodes;
        var longest = 0;
        var work = _position.Mask is null ? 0 : long.MinValue;
        HashSet<(GrammarPosition, byte)>? met = null;
        _path[0] = _position;
        for (var i = 0; i < nodes.Length - 1;)
        {
            ref readonly var node = ref nodes[i];
            var from = _path[node.Depth - 1];
            if ((met is null || met.Add((from, node.Byte))) && (work += 2 + from.Readings.Length) > MaximumWork)
            {
                // Most walks end before this; only long ones need to know what they have met, and start again for that.
                if (met is null)
                {
                    met = _met ??= [];
                    met.Clear();
                    (i, work) = (0, 0);
                    continue;
                }

                _position.IsNarrow = true;
                mask.Clear();
                return WalkBytes(mask, limit);
            }

            if (automaton.Step(from, node.Byte) is not { } reached)
            {
                i = node.Skip;
                continue;
            }

            _path[node.Depth] = reached;
            i++;
            if (node.FirstToken == nodes[i].FirstToken || reached.Need > limit)
            {
                continue;
            }

            longest = Math.Max(longest, reached.Need);
            foreach (var token in trie.Tokens.AsSpan(node.FirstToken, nodes[i].FirstToken - node.FirstToken))
            {
                mask[token / 64] |= 1UL << (token % 64);
            }
        }

        return longest;
    }

    /// <summary>As <see cref="Walk"/>, for tokens of one byte.</summary>
    private int WalkBytes(Span<ulong> mask, int limit)
    {
        var nodes = trie.Nodes;
        var longest = 0;
        for (var i = 0; i < nodes.Length - 1; i = nodes[i].Skip)
        {
            if (nodes[i].FirstToken == nodes[i + 1].FirstToken || automaton.Step(_position, nodes[i].Byte) is not { } reached || reached.Need > limit)
            {
                continue;
            }

            longest = Math.Max(longest, reached.Need);
            foreach (var token in trie.Tokens.AsSpan(nodes[i].FirstToken, nodes[i + 1].FirstToken - nodes[i].FirstToken))
            {
                mask[token / 64] |= 1UL << (token % 64);
            }
        }

        return longest;
    }
}
