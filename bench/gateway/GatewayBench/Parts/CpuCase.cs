using System.Globalization;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>One proxy under one kind of request, and what it cost in each round.</summary>
internal sealed record CpuCase(Proxy Proxy, Call Call)
{
    public List<double> Microseconds { get; } = [];

    public Finding Over(CpuCase bare, string part, string name, double? bar)
    {
        var (cost, reference) = (Statistics.LowerQuartile(Microseconds), Statistics.LowerQuartile(bare.Microseconds));
        return new Finding(part, name, cost / reference, "x bare", bar)
        {
            Rounds = Statistics.Pairwise(Microseconds, bare.Microseconds, (left, right) => left / right),
            Detail = string.Create(CultureInfo.InvariantCulture, $"gateway {cost:0.00} us, bare {reference:0.00} us"),
        };
    }
}
