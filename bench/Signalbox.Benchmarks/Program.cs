// Measures what the hot path allocates, and how long a profile, a plan and an inspection take, and fails when either has grown beyond budgets.json.
//   dotnet run -c Release --project bench/Signalbox.Benchmarks
// With the word allocations it leaves the times out, which a busy machine spoils; ./test runs that.
// With the word schema it measures what holding answers to a JSON schema costs a model file (see docs/engine-benchmarks.md):
//   dotnet run -c Release --project bench/Signalbox.Benchmarks schema FILE [--schema FILE] [--generate N] [--threads N] [--runs N]
// With the word products it measures the matrix products of training beside OpenBLAS (see docs/training-benchmarks.md and bench/training/run).
// With the word share it measures how much of a training step is matrix products, and tokens a second:
//   dotnet run -c Release --project bench/Signalbox.Benchmarks share [--threads N] [--steps N] [--tokens N] [--dropout PERCENT]
using System.Text.Json;
using Signalbox.Benchmarks;
using Signalbox.Benchmarks.Training;

if (args is ["schema", ..])
{
    return await SchemaPath.RunAsync(args[1..]);
}

if (args is ["products", ..])
{
    return await ProductsPath.RunAsync(args[1..]);
}

if (args is ["share", ..])
{
    return SharePath.Run(args[1..]);
}

using var budgets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "budgets.json")));
var failed = 0;
foreach (var (name, bytes) in HotPath.Measure())
{
    Judge(name, bytes, name, "bytes");
}

foreach (var (name, bytes) in EnginePath.Measure())
{
    Judge(name, bytes, name, "bytes");
}

if (args is not ["allocations"])
{
    foreach (var (name, nanoseconds) in PlanPath.Measure())
    {
        Judge(name, nanoseconds, "plan for 50 candidates, nanoseconds", "ns");
    }

    foreach (var (name, nanoseconds) in InspectPath.Measure().Concat(ProfilePath.Measure()))
    {
        Judge(name, nanoseconds, name, "ns");
    }
}

Console.WriteLine(failed == 0
    ? "Every budget was kept."
    : $"{failed} over budget. Find what allocates or takes so long, or say in the commit why it must and raise bench/Signalbox.Benchmarks/budgets.json.");
return failed == 0 ? 0 : 1;

void Judge(string name, long value, string budgetName, string unit)
{
    var isKnown = budgets.RootElement.TryGetProperty(budgetName, out var budget);
    var isWithin = isKnown && value <= budget.GetInt64();
    failed += isWithin ? 0 : 1;
    Console.WriteLine($"{(isWithin ? "ok  " : "OVER")} {name,-48} {value,8} {unit}, budget {(isKnown ? budget.GetInt64() : "none: add one to budgets.json"),8}");
}
