using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Signalbox.Routing.Planning;

/// <summary>Where plans get their chance and their turns from, so that strategies stay pure.</summary>
/// <param name="seed">What the draws start from.</param>
internal sealed class PlanChance(ulong seed)
{
    // Names of models come from callers, so the turns of a bounded number of routes are counted; the rest take turns together.
    private const int MaxRoutes = 4096;
    private readonly ConcurrentDictionary<string, StrongBox<long>> _turns = new(StringComparer.Ordinal);
    private readonly StrongBox<long> _rest = new();
    private long _drawn;

    /// <summary>Uniform 64 bits.</summary>
    public ulong Draw() => Drawn(Interlocked.Increment(ref _drawn));

    /// <summary>What the next draw will give, for plans that only ask what would be.</summary>
    public ulong NextDraw() => Drawn(Interlocked.Read(ref _drawn) + 1);

    /// <summary>How many turns the route had before this one.</summary>
    public long Turn(string route)
    {
        if (!_turns.TryGetValue(route, out var turns))
        {
            turns = _turns.Count < MaxRoutes ? _turns.GetOrAdd(route, static _ => new StrongBox<long>()) : _rest;
        }

        return Interlocked.Increment(ref turns.Value) - 1;
    }

    /// <summary>The turn that comes next, without taking it.</summary>
    public long NextTurn(string route) =>
        _turns.TryGetValue(route, out var turns) || (_turns.Count >= MaxRoutes && (turns = _rest) is not null) ? Interlocked.Read(ref turns.Value) : 0;

    private ulong Drawn(long number) => StableHash.Mix(seed + ((ulong)number * 0x9E3779B97F4A7C15));
}
