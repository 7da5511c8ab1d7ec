using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars;

/// <summary>
/// What each token does between two characters of a JSON string, found once per vocabulary: most stay inside, some close it. A mask inside a string is put
/// together from these instead of walking the whole vocabulary.
/// </summary>
internal sealed class StringTokens
{
    /// <summary>Lengths up to this have masks; tokens beyond are asked one by one.</summary>
    private const int MaximumUnits = 24;

    /// <summary>Bytes that a character begun may add to the shortest way to the end.</summary>
    private const int MaximumRest = 8;

    private readonly TokenTrie _trie;
    private readonly ulong[][] _inside;
    private readonly ulong[][] _whole;
    private readonly Reading[] _begun;
    private readonly Reading[] _long;
    private readonly (Reading Reading, int Used)[] _closings;

    public StringTokens(TokenTrie trie)
    {
        _trie = trie;
        _inside = NewMasks();
        _whole = NewMasks();
        var closings = new List<(Reading, int)>();
        var begun = new List<Reading>();
        var longer = new List<Reading>();
        foreach (var token in trie.Tokens)
        {
            var (state, used, reading) = Read(token);
            if (state == StringBytes.Closed)
            {
                closings.Add((reading, used));
            }
            else if (state != StringBytes.Dead)
            {
                Set(_inside, reading);
                if (reading.Rest > 0)
                {
                    begun.Add(reading);
                }
                else
                {
                    Set(_whole, reading);
                }

                if (reading.Units > MaximumUnits)
                {
                    longer.Add(reading);
                }
            }
        }

        _closings = [.. closings];
        _begun = [.. begun];
        _long = [.. longer];
    }

    /// <summary>Sets the tokens that may come next and clears the others.</summary>
    /// <param name="mask">All words of a mask.</param>
    /// <param name="room">The string so far.</param>
    /// <param name="closings">What may close it.</param>
    /// <returns>Whether that is known here: with characters due and no token to spare, the vocabulary has to be walked.</returns>
    public bool TryFill(Span<ulong> mask, StringRoom room, StringClosings closings)
    {
        if (room.Need > room.Limit)
        {
            if (room.Least > 0)
            {
                return false;
            }

            mask.Clear();
        }
        else if (room.Need + MaximumRest <= room.Limit)
        {
            FillInside(mask, _inside, room, withBegun: true);
        }
        else
        {
            // Whole characters never make the way to the end longer; one that is begun does.
            FillInside(mask, _whole, room, withBegun: false);
            foreach (ref readonly var reading in _begun.AsSpan())
            {
                if (reading.Units <= room.Most && reading.Rest + room.NeedAfter(reading.Characters + 1) <= room.Limit)
                {
                    Allow(mask, reading.Token);
                }
            }
        }

        for (var i = 0; i < closings.Indices.Length; i++)
        {
            ref readonly var reading = ref _closings[closings.Indices[i]].Reading;
            if (reading.Characters >= room.Least && reading.Units <= room.Most && closings.Needs[i] <= room.Limit)
            {
                Allow(mask, reading.Token);
            }
        }

        return true;
    }

    /// <summary>Which tokens may close a string and go on as the text does after it.</summary>
    public StringClosings ClosingsAt(GrammarAutomaton automaton, GrammarPosition afterString)
    {
        var indices = new List<int>();
        var needs = new List<int>();
        for (var i = 0; i < _closings.Length; i++)
        {
            var (reading, used) = _closings[i];
            if (automaton.Walk(afterString, _trie.BytesOf(reading.Token)[used..]) is { } position)
            {
                indices.Add(i);
                needs.Add(position.Need);
            }
        }

        return new StringClosings([.. indices], [.. needs]);
    }

    /// <summary>The longest of the shortest ways to the end behind any token that <see cref="TryFill"/> may set.</summary>
    public static int Longest(StringRoom room, StringClosings closings)
    {
        var longest = room.Need + MaximumRest;
        foreach (var need in closings.Needs)
        {
            longest = Math.Max(longest, need);
        }

        return longest;
    }

    private void FillInside(Span<ulong> mask, ulong[][] masks, StringRoom room, bool withBegun)
    {
        if (room.Most <= MaximumUnits || room.Most == StringTerminal.Unbounded)
        {
            masks[Math.Min(room.Most, MaximumUnits + 1)].CopyTo(mask);
            return;
        }

        masks[MaximumUnits].CopyTo(mask);
        foreach (ref readonly var reading in _long.AsSpan())
        {
            if (reading.Units <= room.Most && (withBegun || reading.Rest == 0))
            {
                Allow(mask, reading.Token);
            }
        }
    }

    private ulong[][] NewMasks()
    {
        var masks = new ulong[MaximumUnits + 2][];
        for (var units = 0; units < masks.Length; units++)
        {
            masks[units] = new ulong[_trie.MaskWords];
        }

        return masks;
    }

    private static void Set(ulong[][] masks, Reading reading)
    {
        for (var units = Math.Min(reading.Units, MaximumUnits + 1); units < masks.Length; units++)
        {
            Allow(masks[units], reading.Token);
        }
    }

    private static void Allow(Span<ulong> mask, int token) => mask[token / 64] |= 1UL << (token % 64);

    private (byte State, int Used, Reading Reading) Read(int token)
    {
        var state = StringBytes.Content;
        var (characters, units) = (0, 0);
        var bytes = _trie.BytesOf(token);
        for (var i = 0; i < bytes.Length; i++)
        {
            var reached = StringBytes.Step(state, bytes[i]);
            if (reached is StringBytes.Dead or StringBytes.Closed)
            {
                return (reached, i + 1, new Reading(token, characters, units, 0));
            }

            if (reached == StringBytes.Content)
            {
                characters++;
                units += Math.Max(1, StringBytes.UnitsOf(state));
            }

            state = reached;
        }

        return (state, bytes.Length, new Reading(token, characters, units + StringBytes.UnitsOf(state), StringBytes.RestOf(state)));
    }

    /// <param name="Token">The token.</param>
    /// <param name="Characters">Whole code points before its end or the closing quote.</param>
    /// <param name="Units">UTF-16 units that they take, with the character begun.</param>
    /// <param name="Rest">Bytes that the character begun lacks; 0 where none is.</param>
    private readonly record struct Reading(int Token, int Characters, int Units, int Rest);
}

/// <summary>A place between two characters of a string.</summary>
/// <param name="Least">Code points that are still due.</param>
/// <param name="Most">UTF-16 units that are still free.</param>
/// <param name="Need">Bytes of the shortest way to the end of the text.</param>
/// <param name="Limit">The most bytes that it may have after one more token.</param>
internal readonly record struct StringRoom(int Least, int Most, int Need, int Limit)
{
    /// <summary>Bytes of the shortest way to the end after so many more characters.</summary>
    public int NeedAfter(int characters) => Need - Least + Math.Max(0, Least - characters);
}

/// <summary>The tokens that may close a string in one place of a text.</summary>
/// <param name="Indices">In the order of <see cref="StringTokens"/>.</param>
/// <param name="Needs">Bytes of the shortest way to the end behind each.</param>
internal sealed record StringClosings(int[] Indices, int[] Needs);
