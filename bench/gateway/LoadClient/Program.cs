using System.Globalization;
using Signalbox.Bench.LoadClient;

// Two kinds of load, each ends with one line of JSON on standard output:
//   rate --port P --request FILE --rate N --seconds S [--threads T] [--marker TEXT]
//   hold --port P --request FILE --count N      (prints "open N", then reads on until standard input closes)
// FILE holds one complete HTTP/1.1 request, sent as it is.
if (args.Length == 0 || args.Length % 2 == 0)
{
    Console.Error.WriteLine("Usage: LoadClient rate|hold --port P --request FILE [--rate N --seconds S --threads T --marker TEXT | --count N]");
    return 2;
}

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 1; i + 1 < args.Length; i += 2)
{
    options[args[i]] = args[i + 1];
}

int Number(string name, int otherwise) =>
    options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

var port = Number("--port", 0);
var request = await File.ReadAllBytesAsync(options["--request"]);
if (args[0] == "rate")
{
    var marker = options.GetValueOrDefault("--marker", "");
    var load = new FixedRateLoad(port, request, marker, Number("--rate", 200), Number("--seconds", 5), Number("--threads", 8));
    Console.WriteLine(load.Run());
    return 0;
}

Console.WriteLine(await new HeldStreams(port, request, Number("--count", 2000)).RunAsync(CancellationToken.None));
return 0;
