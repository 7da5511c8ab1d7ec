using System.Collections.Concurrent;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>Runs every cell once, many at a time, through one gateway.</summary>
public sealed class MatrixRun : IAsyncLifetime
{
    private const int AtOnce = 24;

    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _broken = new();

    internal IReadOnlyList<MatrixCell> Cells { get; } = [.. MatrixCell.All()];

    internal IReadOnlyDictionary<int, CellOutcome> Outcomes { get; private set; } = new Dictionary<int, CellOutcome>();

    public async ValueTask InitializeAsync()
    {
        await using var upstreams = await MatrixUpstreams.StartAsync();
        await using var gateway = await GatewayHarness.StartAsync(Config(upstreams));
        var answers = new ConcurrentDictionary<int, CallerAnswer>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Patience.Token };
        // The slow ones first: they wait while the others work.
        await Parallel.ForEachAsync(Cells.OrderByDescending(static cell => cell.Fault.IsSlow), options, async (cell, _) =>
        {
            try
            {
                answers[cell.Number] = await gateway.AskAsync(cell.Caller.Path(cell.Route, cell.IsStream), cell.Caller.Request(cell.Route, cell.IsStream));
            }
            catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException)
            {
                _broken[cell.Number] = e.Message;
            }
        });

        await Patience.For(gateway.StopAsync(), "the gateway's stop, after which every request is in the journal");
        var records = gateway.Journal.ToList().ToLookup(static record => record.RequestId);
        Outcomes = Cells.Where(cell => answers.ContainsKey(cell.Number)).ToDictionary(static cell => cell.Number, cell => new CellOutcome(
            cell, answers[cell.Number], _calls.GetValueOrDefault(cell.Broken), _calls.GetValueOrDefault(cell.Next),
            [.. records[answers[cell.Number].Headers.GetValueOrDefault("x-signalbox-request-id", "")]]));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What is not as promised in one cell; null when all of it is.</summary>
    internal string? ComplaintOf(MatrixCell cell) =>
        Outcomes.TryGetValue(cell.Number, out var outcome) ? CellCheck.ComplaintOf(outcome) : $"{cell}\n  {_broken.GetValueOrDefault(cell.Number, "was not asked")}";

    private string Config(MatrixUpstreams upstreams)
    {
        var providers = new List<string>();
        var routes = new List<string>();
        foreach (var cell in Cells)
        {
            AddProvider(cell.Broken, cell.First, isBroken: true);
            AddProvider(cell.Next, cell.Second, cell.AllFail);
            routes.Add($"\"{cell.Route}\":{{\"models\":[\"{cell.Broken}/m\",\"{cell.Next}/m\"]}}");

            void AddProvider(string name, Wire wire, bool isBroken)
            {
                var address = (isBroken ? cell.Fault.Address?.Invoke(upstreams, wire, cell.Phase) : null) ?? upstreams.Acting.BaseUrl(name);
                var settings = isBroken ? cell.Fault.SettingsFor(cell.Phase) : "";
                providers.Add($"\"{name}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{address}\",\"maxAttempts\":{(cell.Recovers ? 2 : 1)}{settings}}}");
                upstreams.Acting.On(name, call =>
                {
                    var calls = _calls.AddOrUpdate(name, 1, static (_, count) => count + 1);
                    return isBroken && !(cell.Recovers && calls > 1) ? cell.Fault.ActAsync(call, wire, cell.Phase) : Good.AnswerAsync(call, wire, cell.IsStream);
                });
            }
        }

        const string Resilience = "\"resilience\":{\"baseDelay\":\"20ms\",\"retryBudget\":{\"enabled\":false}}";
        return $"{{{Resilience},\"providers\":{{{string.Join(',', providers)}}},\"routes\":{{{string.Join(',', routes)}}}}}";
    }
}
