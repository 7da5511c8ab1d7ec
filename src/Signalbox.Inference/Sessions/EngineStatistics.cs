namespace Signalbox.Inference.Sessions;

/// <summary>What an engine is doing and has done.</summary>
/// <param name="ActiveSlots">Answers being made.</param>
/// <param name="Slots">Slots that have memory.</param>
/// <param name="Queued">Requests that wait.</param>
/// <param name="CachedPositions">Positions of all slots that are filled.</param>
/// <param name="CacheCapacity">Positions of all slots.</param>
/// <param name="PromptTokens">Prompt tokens computed since the start.</param>
/// <param name="ReusedTokens">Prompt tokens taken from another request's cache since the start.</param>
/// <param name="GeneratedTokens">Tokens made since the start.</param>
/// <param name="BusySeconds">Time spent in passes since the start.</param>
public readonly record struct EngineStatistics(
    int ActiveSlots, int Slots, int Queued, long CachedPositions, long CacheCapacity, long PromptTokens, long ReusedTokens, long GeneratedTokens, double BusySeconds);
