using Signalbox.Dialects.Tokens;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Tokens;

/// <summary>Estimates beside what providers stated in recorded traffic. Most of these requests are short, so that frames weigh more than text.</summary>
public sealed class RecordedUsageTests
{
    [Fact]
    public void Estimates_are_near_what_providers_stated()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var all = RecordedUsage.All().Select(static usage => (Usage: usage, Error: ErrorOf(usage.Estimate, usage), Old: ErrorOf(usage.FourCharactersRule, usage))).ToArray();
        var plain = all.Where(static row => row.Usage.IsPlainText).ToArray();
        Report("all", all);
        Report("text alone", plain);
        foreach (var family in all.GroupBy(static row => row.Usage.Family))
        {
            Report(family.Key.ToString(), [.. family]);
        }

        Assert.True(all.Length >= 100, $"only {all.Length} recordings state their usage");
        Assert.True(Median(all) <= 0.15, $"median error {Median(all):P1}");
        Assert.True(Median(plain) <= 0.12, $"median error of plain text {Median(plain):P1}");
        Assert.True(all.Average(static row => row.Error) < all.Average(static row => row.Old), "four characters a token would be nearer");
    }

    [Fact]
    public void What_is_stated_is_hardly_ever_above_the_upper_estimate()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var all = RecordedUsage.All();
        var above = all.Where(static usage => usage.Tokens > RequestCensus.Of(usage.Request).AtMost(usage.Family)).ToArray();
        TestContext.Current.SendDiagnosticMessage($"{above.Length} of {all.Count} above: {string.Join("; ", above.Select(static u => $"{u.Id} {u.Tokens}"))}");
        Assert.True(above.Length <= all.Count / 20, $"{above.Length} of {all.Count} are above");
    }

    private static double ErrorOf(int estimate, RecordedUsage usage) => Math.Min(1, Math.Abs(estimate - usage.Tokens) / (double)usage.Tokens);

    private static double Median((RecordedUsage Usage, double Error, double Old)[] rows) => rows.Select(static row => row.Error).Order().ElementAt(rows.Length / 2);

    private static void Report(string name, (RecordedUsage Usage, double Error, double Old)[] rows) =>
        TestContext.Current.SendDiagnosticMessage(
            $"{name}: {rows.Length} requests, mean error {rows.Average(static row => row.Error):P1} (four characters a token: {rows.Average(static row => row.Old):P1}), "
            + $"median {Median(rows):P1}, within 15 % {rows.Count(static row => row.Error <= 0.15) / (double)rows.Length:P0} ({rows.Count(static row => row.Old <= 0.15) / (double)rows.Length:P0})");
}
