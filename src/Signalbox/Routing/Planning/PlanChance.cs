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
    public ulong Draw() => StableHash.Mix(seed + ((ulong)Interlocked.Increment(ref _drawn) * 0x9E3779B97F4A7C15));

    /// <summary>How many turns the route had before this one.</summary>
    public long Turn(string route)
    {
        if (!_turns.TryGetValue(route, out var turns))
        {
            turns = _turns.Count < MaxRoutes ? _turns.GetOrAdd(route, static _ => new StrongBox<long>()) : _rest;
        }

        return Interlocked.Increment(ref turns.Value) - 1;
    }
}
