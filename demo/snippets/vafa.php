<?php
// What a shop's server says to its club, and hears from it. PHP 8, no packages.
//
//   Vafa\member_token($_SESSION['customer'])       // answers /club-token, for whoever is logged in, never for an id out of the request
//   Vafa\report_order(['id' => '1042', 'member' => 'u-17', 'status' => 'paid', 'currency' => 'IRR',
//       'items' => [['sku' => 'tea', 'quantity' => 1, 'unit_price' => 2500000]]])     // from a queue: it may wait and ask again
//   $event = Vafa\webhook(getallheaders(), file_get_contents('php://input'))  // then answer 204; webhook-id tells a repetition
//
// VAFA_URL is the club's address. `vafa seed` prints VAFA_PROGRAM, VAFA_SECRET_KEY, VAFA_SIGNING_KID and
// VAFA_SIGNING_SECRET; VAFA_WEBHOOK_SECRET came with the endpoint.

declare(strict_types=1);

namespace Vafa;

/** The club said no. `problem` has its status, code, detail and errors, each with a pointer into the order. */
final class Refused extends \RuntimeException
{
    public function __construct(public array $problem)
    {
        $faults = array_map(fn ($one) => "{$one['pointer']}: {$one['detail']}", $problem['errors'] ?? []);
        parent::__construct(implode("\n", ["{$problem['code']}: {$problem['detail']}", ...$faults]));
    }
}

function setting(string $name): string
{
    return getenv($name) ?: throw new \LogicException("set $name in the environment");
}

/** A member token, good for five minutes (ten at most). `$sub` is the shop's id of the logged-in customer. */
function member_token(string|int $sub): string
{
    $base64url = fn (string $bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $part = fn (array $value) => $base64url(json_encode($value, JSON_THROW_ON_ERROR));
    $now = time();
    $header = ['alg' => 'HS256', 'typ' => 'JWT', 'kid' => setting('VAFA_SIGNING_KID')];
    $claims = ['iss' => setting('VAFA_PROGRAM'), 'aud' => 'vafa', 'sub' => (string) $sub, 'iat' => $now, 'exp' => $now + 300];
    $text = $part($header) . '.' . $part($claims);
    $key = base64_decode(strtr(setting('VAFA_SIGNING_SECRET'), '-_', '+/'));
    return $text . '.' . $base64url(hash_hmac('sha256', $text, $key, true));
}

/** Reports an order and gives it as the club has it. Amounts are integers in minor units. The same again changes nothing. */
function report_order(array $order): array
{
    $url = setting('VAFA_URL') . '/v1/orders/' . rawurlencode((string) $order['id']);
    unset($order['id']);
    $headers = ['Authorization: Bearer ' . setting('VAFA_SECRET_KEY'), 'Content-Type: application/json'];
    $http = ['method' => 'PUT', 'header' => $headers, 'content' => json_encode($order, JSON_THROW_ON_ERROR)];
    $http += ['ignore_errors' => true, 'follow_location' => 0, 'timeout' => 15];
    for ($tries = 1; ; $tries++) {
        $stream = @fopen($url, 'r', false, stream_context_create(['http' => $http]));
        $text = $stream ? (string) stream_get_contents($stream) : "no answer from $url";
        $head = $stream ? implode("\n", stream_get_meta_data($stream)['wrapper_data']) : '';
        $status = preg_match('#^HTTP/\S+ (\d+)#', $head, $found) ? (int) $found[1] : 0;
        $said = json_decode($text, true);
        if (isset($said['order']) && $status < 300) return $said['order'];
        if ($said === null && $status < 300) $status = 0; // the answer was cut off
        $wait = (preg_match('#^retry-after: *(\d+)#mi', $head, $found) ? (int) $found[1] : 0) ?: 2 ** ($tries - 1);
        if (!in_array($status, [0, 408, 429, 502, 503, 504], true) || $tries === 5 || $wait > 60) {
            throw new Refused(isset($said['code']) ? $said : ['status' => $status, 'code' => 'no_problem', 'detail' => substr($text, 0, 300)]);
        }
        sleep($wait);
    }
}

/** The event of a webhook that the club sent, by its headers and its body as it came, unparsed. Throws for any other. */
function webhook(array $headers, string $body): array
{
    $headers = array_change_key_case($headers);
    $time = $headers['webhook-timestamp'] ?? '';
    if (!preg_match('/^\d{1,12}$/D', $time) || abs(time() - (int) $time) > 300) throw new \UnexpectedValueException('the webhook is too old, or a clock is wrong');
    $key = base64_decode(preg_replace('/^whsec_/', '', setting('VAFA_WEBHOOK_SECRET')));
    $ours = 'v1,' . base64_encode(hash_hmac('sha256', ($headers['webhook-id'] ?? '') . ".$time.$body", $key, true));
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $theirs) {
        if (hash_equals($ours, $theirs)) return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    }
    throw new \UnexpectedValueException('the signature does not fit');
}
