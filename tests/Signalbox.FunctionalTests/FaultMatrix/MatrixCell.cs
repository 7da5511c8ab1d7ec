using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>
/// One cell: who asks, how, what fails and what comes next. Each has providers of its own, so that no breaker or cooldown which one cell
/// has caused is seen by another.
/// </summary>
internal sealed record MatrixCell(int Number, MatrixFault Fault, Phase Phase, Wire Caller, Wire First, Wire Second)
{
    /// <summary>Whether the second target fails in the same way.</summary>
    public bool AllFail { get; init; }

    /// <summary>Whether the first target is well again when it is asked a second time, which it may be.</summary>
    public bool Recovers { get; init; }

    public bool IsStream => Phase != Phase.Complete;

    public string Broken => $"first-{Number}";

    public string Next => $"next-{Number}";

    public string Route => $"route-{Number}";

    public static IEnumerable<MatrixCell> All()
    {
        var number = 0;
        foreach (var fault in MatrixFaults.Main.Concat(MoreFaults.All))
        {
            foreach (var phase in Enum.GetValues<Phase>().Where(fault.IsIn))
            {
                foreach (var (caller, first, second) in Targets(fault, phase))
                {
                    yield return new MatrixCell(number++, fault, phase, caller, first, second);
                    if (phase != Phase.StreamAfter && first == second)
                    {
                        yield return new MatrixCell(number++, fault, phase, caller, first, second) { AllFail = true };
                    }

                    if (phase != Phase.StreamAfter && first != second && fault.Address is null)
                    {
                        yield return new MatrixCell(number++, fault, phase, caller, first, second) { Recovers = true };
                    }
                }
            }
        }
    }

    /// <summary>
    /// A caller of every dialect with providers of every dialect, and a relayed target before a translated one and the other way round.
    /// A complete answer that is late takes two seconds: there one translation for each caller is enough.
    /// </summary>
    private static IEnumerable<(Wire Caller, Wire First, Wire Second)> Targets(MatrixFault fault, Phase phase)
    {
        foreach (var (index, caller) in Wire.All.Index())
        {
            var other = Wire.All[(index + 1) % Wire.All.Count];
            var areFew = fault.IsSlow && phase == Phase.Complete;
            foreach (var provider in areFew ? [caller, other] : Wire.All)
            {
                yield return (caller, provider, provider);
            }

            yield return (caller, caller, other);
            yield return (caller, other, caller);
        }
    }

    public override string ToString() =>
        $"{Fault.Name}, {Phase}: {Caller} to {First}, then {(AllFail ? "the same fault" : "a healthy " + Second)}{(Recovers ? ", the first being well the second time" : "")} (cell {Number})";
}
