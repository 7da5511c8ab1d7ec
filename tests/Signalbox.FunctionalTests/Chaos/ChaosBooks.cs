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
        var sent = calls.GroupBy(static call => call.Request).ToDictionary(static group => group.Key, static group => group.Count());
        foreach (var record in records)
        {
            if (!byRequestId.TryGetValue(record.RequestId, out var call))
            {
                complaints.Add($"{record.RequestId}: nobody got this answer");
            }
            else if (call is not null)
            {
                Compare(record, call, sent[call.Request], complaints);
            }
        }

        Assert.True(complaints.Count == 0, $"{complaints.Count} records are wrong:\n{string.Join('\n', complaints.Take(10))}");
        Assert.Equal(calls.Count, records.Sum(static record => record.Attempts));
        Assert.Equal(
            (served.Sum(static call => (long)call.Answer.Input), served.Sum(static call => (long)call.Answer.Output)),
            (Sum(static usage => usage.InputTokenCount), Sum(static usage => usage.OutputTokenCount)));
    }

    public override string ToString()
    {
        var ends = calls.GroupBy(static call => (call.Provider, call.End)).OrderBy(static group => group.Key).Select(static group => $"{group.Key.Provider} {group.Key.End} {group.Count()}");
        return $"{calls.Count} calls ({string.Join(", ", ends)}); journal: {records.Count} records, {records.Sum(static record => record.Attempts)} attempts";
    }

    private static void Compare(UsageRecord record, ChaosCall call, int sent, List<string> complaints)
    {
        var counted = (record.Usage?.InputTokenCount, record.Usage?.OutputTokenCount, record.IsEstimated);
        if (counted != (call.Answer.Input, call.Answer.Output, false) || record.Attempts != sent || record.Error is not null || record.Model != $"{call.Provider}/m")
        {
            complaints.Add($"request {call.Request}: {record.Model}, {record.Attempts} attempts, {counted}, error {record.Error}; "
                + $"it was {call.Provider}, {sent} calls, {(call.Answer.Input, call.Answer.Output, false)}");
        }
    }

    private long Sum(Func<Microsoft.Extensions.AI.UsageDetails, long?> count) => records.Sum(record => record.Usage is { } usage ? count(usage) ?? 0 : 0);
}
