// Measures what the hot path allocates and fails when it has grown beyond budgets.json.
//   dotnet run -c Release --project bench/Signalbox.Benchmarks
using System.Text.Json;
using Signalbox.Benchmarks;

using var budgets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "budgets.json")));
var failed = 0;
foreach (var (name, bytes) in HotPath.Measure())
{
    var isKnown = budgets.RootElement.TryGetProperty(name, out var budget);
    var isWithin = isKnown && bytes <= budget.GetInt64();
    failed += isWithin ? 0 : 1;
    Console.WriteLine($"{(isWithin ? "ok  " : "OVER")} {name,-48} {bytes,8} bytes, budget {(isKnown ? budget.GetInt64() : "none: add one to budgets.json"),8}");
}

Console.WriteLine(failed == 0
    ? "Every allocation budget was kept."
    : $"{failed} over budget. Find what allocates, or say in the commit why it must and raise bench/Signalbox.Benchmarks/budgets.json.");
return failed == 0 ? 0 : 1;
