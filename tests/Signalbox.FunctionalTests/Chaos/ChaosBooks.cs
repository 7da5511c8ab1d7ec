using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.Chaos;

/// <summary>What the providers counted beside what the gateway wrote down.</summary>
internal sealed class ChaosBooks(ICollection<ChaosCall> calls, IReadOnlyCollection<ChaosCall> served, IReadOnlyList<UsageRecord> records)
{
    /// <summary>One record for each request; every call is an attempt of one; the tokens are those of the answer that was served.</summary>
    public void MustBalance(IReadOnlyDictionary<string, ChaosCall?> byRequestId)
    {
        Assert.Equal(byRequestId.Count, records.Count);
        Assert.Equal(records.Count, records.Select(static record => record.RequestId).Distinct().Count());
        var complaints = new List<string>();
        var sent = calls.ToLookup(static call => call.Request);
        foreach (var record in records)
        {
            if (!byRequestId.TryGetValue(record.RequestId, out var call))
            {
                complaints.Add($"{record.RequestId}: nobody got this answer");
            }
            else if (call is not null)
            {
                Compare(record, call, [.. sent[call.Request]], complaints);
            }
        }

        Assert.True(complaints.Count == 0, $"{complaints.Count} records are wrong:\n{string.Join('\n', complaints.Take(10))}");
        Assert.Equal(calls.Count, records.Sum(static record => record.Attempts));
        Assert.Equal(
            (served.Sum(static call => (long)call.Answer.Input), served.Sum(static call => (long)call.Answer.Output)),
            (Sum(static usage => usage.InputTokenCount), Sum(static usage => usage.OutputTokenCount)));
        Assert.Equal(
            calls.Where(static call => call is { End: ChaosEnd.Cut, IsStream: true }).Sum(static call => (long)call.Answer.Input),
            records.Where(static record => record.Streamed).Sum(static record => record.Waste.Usage?.InputTokenCount ?? 0));
    }

    public override string ToString()
    {
        var ends = calls.GroupBy(static call => (call.Provider, call.End)).OrderBy(static group => group.Key).Select(static group => $"{group.Key.Provider} {group.Key.End} {group.Count()}");
        return $"{calls.Count} calls ({string.Join(", ", ends)}); journal: {records.Count} records, {records.Sum(static record => record.Attempts)} attempts";
    }

    private static void Compare(UsageRecord record, ChaosCall served, IReadOnlyList<ChaosCall> sent, List<string> complaints)
    {
        var counted = (record.Usage?.InputTokenCount, record.Usage?.OutputTokenCount, record.IsEstimated);
        if (counted != (served.Answer.Input, served.Answer.Output, false) || record.Attempts != sent.Count || record.Error is not null || record.Model != $"{served.Provider}/m")
        {
            complaints.Add($"request {served.Request}: {record.Model}, {record.Attempts} attempts, {counted}, error {record.Error}; "
                + $"it was {served.Provider}, {sent.Count} calls, {(served.Answer.Input, served.Answer.Output, false)}");
        }

        // What was thrown away: a stream that was cut after its first event had stated its counts there; a complete answer that was cut
        // had not come to them, so they are estimated; a refusal, a reset and silence cost nothing.
        var lost = sent.Where(call => call != served).ToList();
        var cut = lost.Where(static call => call.End == ChaosEnd.Cut).ToList();
        var expected = cut.Count == 0 ? (null, null) : ((long?)cut.Sum(static call => call.Answer.Input), (long?)cut.Count);
        var wasted = (record.Waste.Usage?.InputTokenCount, record.Waste.Usage?.OutputTokenCount);
        if (record.Waste.Failed + record.Waste.Wasted != lost.Count || (served.IsStream || cut.Count == 0 ? wasted != expected : wasted.Item1 is not > 0 || !record.Waste.IsEstimated))
        {
            complaints.Add($"request {served.Request}: waste of {record.Waste.Failed} failed and {record.Waste.Wasted} wasted attempts, {wasted}; "
                + $"it was {lost.Count} calls ({string.Join(", ", lost.Select(static call => $"{call.Provider} {call.End}"))}), {expected}");
        }
    }

    private long Sum(Func<Microsoft.Extensions.AI.UsageDetails, long?> count) => records.Sum(record => record.Usage is { } usage ? count(usage) ?? 0 : 0);
}
