export const PIECE_LENGTH: number;
export const DIGIT_PIECE_LENGTH: number;

export class Secrets {
  tokens: string[];
  digits: string[];
  token(kind: string): string;
  email(kind: string): string;
  name(kind: string): string;
  iban(kind: string): string;
  card(last: string): string;
  kindOf(secret: string): string;
}
