using System.Collections.Concurrent;
using System.Threading.Channels;
using Signalbox.FunctionalTests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>A few benches that all tests of recorded traffic share: starting hosts is what takes time.</summary>
public sealed class ReplayBenches : IAsyncLifetime
{
    private const int Count = 3;
    private readonly List<ReplayBench> _benches = [];
    private readonly Channel<ReplayBench> _free = Channel.CreateUnbounded<ReplayBench>();

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            var bench = await ReplayBench.StartAsync();
            _benches.Add(bench);
            _free.Writer.TryWrite(bench);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bench in _benches)
        {
            await bench.DisposeAsync();
        }
    }

    /// <summary>Runs each cell on a bench of its own for that time. A cell gives the reasons why it failed, or none.</summary>
    internal async Task<Findings> RunAsync<T>(IEnumerable<T> cells, Func<ReplayBench, T, Task<IReadOnlyList<string>>> check)
        where T : notnull
    {
        var findings = new ConcurrentBag<(string Cell, string Problem)>();
        var count = 0;
        await Parallel.ForEachAsync(cells, new ParallelOptions { MaxDegreeOfParallelism = Count, CancellationToken = Patience.Token }, async (cell, cancel) =>
        {
            Interlocked.Increment(ref count);
            var bench = await _free.Reader.ReadAsync(cancel);
            try
            {
                foreach (var problem in await check(bench, cell))
                {
                    findings.Add((cell.ToString()!, problem));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                findings.Add((cell.ToString()!, e.GetType().Name + ": " + e.Message.ReplaceLineEndings(" ")));
            }
            finally
            {
                _free.Writer.TryWrite(bench);
            }
        });
        return new Findings(count, [.. findings.Order()]);
    }
}

/// <summary>What came of a run over many cells.</summary>
internal sealed record Findings(int Count, IReadOnlyList<(string Cell, string Problem)> Problems)
{
    /// <summary>Begins a problem that is known and accepted; its reason follows.</summary>
    public const string Exception = "exception: ";

    /// <summary>Fails unless every cell holds but for exceptions with a reason, which must be fewer than 1 %.</summary>
    public void MustBeClean(string what)
    {
        var cells = Problems.ToLookup(static problem => problem.Problem.StartsWith(Exception, StringComparison.Ordinal));
        var failed = cells[false].GroupBy(static problem => problem.Cell).ToList();
        var exceptions = cells[true].ToList();
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"{what}: {Count - failed.Count - exceptions.Count} of {Count} hold, {exceptions.Count} exceptions");
        foreach (var (cell, reason) in exceptions)
        {
            output?.WriteLine($"  {cell}: {reason}");
        }

        Assert.True(failed.Count == 0,
            $"{what}: {failed.Count} of {Count} fail\n{string.Join('\n', failed.Select(static cell => $"  {cell.Key}: {string.Join("; ", cell.Select(static p => p.Problem))}"))}");
        Assert.True(exceptions.Count * 100 < Count, $"{what}: {exceptions.Count} exceptions are 1 % or more of {Count}");
    }
}
